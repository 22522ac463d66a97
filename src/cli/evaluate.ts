import { type Node, type Options, parse, type Pattern, type Program } from "acorn";

/** The names that typed code can use, and those that it declares. */
export type Scope = Record<string, unknown>;

const OPTIONS: Options = {
  ecmaVersion: "latest",
  sourceType: "script",
  allowAwaitOutsideFunction: true,
};

/** What acorn throws; `pos` is where it gave up. */
interface ParseError extends SyntaxError {
  readonly pos: number;
}

const AsyncFunction = (async () => {}).constructor as new (
  parameter: string,
  body: string,
) => (scope: Scope) => Promise<unknown>;

/**
 * Runs typed code, which may use `await` anywhere, and returns the value of its last expression,
 * awaited. Its declarations stay in the scope, and may be made again. Throws `SyntaxError`, and
 * whatever the code throws.
 */
export async function evaluate(code: string, scope: Scope): Promise<unknown> {
  const body = rewrite(code, scope);
  return await new AsyncFunction("scope", `with (scope) {\n${body}\n}`)(scope);
}

/** Whether the code is incomplete, so that more has to be typed. */
export function isUnfinished(code: string): boolean {
  try {
    parseTyped(code);
    return false;
  } catch (error) {
    const { pos, message } = error as ParseError;
    return pos >= code.trimEnd().length || /^Unterminated (?:template|comment)/.test(message);
  }
}

/** Reads code that begins with a brace as an object rather than a block, if possible. */
function parseTyped(code: string): { code: string; program: Program } {
  if (/^\s*\{/.test(code) && !/;\s*$/.test(code)) {
    const wrapped = `(${code.trim()})`;
    try {
      return { code: wrapped, program: parse(wrapped, OPTIONS) };
    } catch {
      // So it is a block, or invalid.
    }
  }
  return { code, program: parse(code, OPTIONS) };
}

/** Rewrites code so that declarations assign to the scope and the last expression is returned. */
function rewrite(typed: string, scope: Scope): string {
  const { code, program } = parseTyped(typed);
  const textOf = ({ start, end }: Node) => code.slice(start, end);
  const hoisted: string[] = [];
  const lines: string[] = [];
  const declare = (name: string) => {
    if (!(name in scope)) scope[name] = undefined;
    return name;
  };
  for (const node of program.body) {
    if (node.type === "FunctionDeclaration") {
      hoisted.push(`${declare(node.id.name)} = ${textOf(node)};`);
    } else if (node.type === "ClassDeclaration") {
      lines.push(`${declare(node.id.name)} = ${textOf(node)};`);
    } else if (node.type === "VariableDeclaration") {
      for (const { id, init } of node.declarations) {
        for (const name of namesIn(id)) declare(name);
        lines.push(`(${textOf(id)} = ${init ? textOf(init) : "undefined"});`);
      }
    } else if (node.type === "ExpressionStatement" && node === program.body.at(-1)) {
      lines.push(`return (${textOf(node.expression)});`);
    } else lines.push(textOf(node), ";");
  }
  return [...hoisted, ...lines].join("\n");
}

/** The names that the left side of a declaration assigns. */
function namesIn(pattern: Pattern): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "ArrayPattern":
      return pattern.elements.flatMap((it) => it === null ? [] : namesIn(it));
    case "ObjectPattern":
      return pattern.properties.flatMap((it) => {
        return namesIn(it.type === "RestElement" ? it : it.value);
      });
    case "AssignmentPattern":
      return namesIn(pattern.left);
    case "RestElement":
      return namesIn(pattern.argument);
    default:
      return [];
  }
}
