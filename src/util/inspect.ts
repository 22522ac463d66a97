/**
 * Makes `console.log` show what `view` returns instead of the object's fields. Node and Bun use one
 * symbol for that, Deno another.
 */
export function showAs<T>(type: { prototype: T }, view: (value: T) => unknown): void {
  const show = function (this: T): unknown {
    return view(this);
  };
  const showOnDeno = function (
    this: T,
    inspect: (value: unknown, options: unknown) => string,
    options: unknown,
  ): string {
    const shown = view(this);
    return typeof shown === "string" ? shown : inspect(shown, options);
  };
  const hidden = { enumerable: false, configurable: true };
  Object.defineProperty(type.prototype, Symbol.for("nodejs.util.inspect.custom"), {
    ...hidden,
    value: show,
  });
  Object.defineProperty(type.prototype, Symbol.for("Deno.customInspect"), {
    ...hidden,
    value: showOnDeno,
  });
}
