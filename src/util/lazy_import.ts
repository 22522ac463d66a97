/**
 * Imports a module when it is first needed, and keeps it: a second `import()` takes as long as many
 * a command. An import that failed is tried again.
 */
export function lazyImport<Module>(load: () => Promise<Module>): () => Promise<Module> {
  let module: Promise<Module> | null = null;
  return async () => {
    try {
      return await (module ??= load());
    } catch (error) {
      module = null;
      throw error;
    }
  };
}
