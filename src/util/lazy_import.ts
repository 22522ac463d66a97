/**
 * Imports a module when it is first asked for; to ask the engine again each time takes as long as
 * many a command. One that fails is tried again.
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
