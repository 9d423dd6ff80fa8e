import { posix } from "node:path";
import { compileSolidity } from "../testing/compileSolidity.ts";
import { hitLibraryName } from "./hitLibrary.ts";

/** A statement, or one outcome of a condition. */
export type Probe = { id: number; kind: "statement" | "branch"; file: string; line: number };

type Node = { nodeType: string; src: string; [field: string]: unknown };
type Insertion = { position: number; text: string };

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "nodeType" in value && "src" in value;
}

function toChild(node: Node, field: string): Node | undefined {
  const child = node[field];
  return isNode(child) ? child : undefined;
}

function toChildren(node: Node): Node[] {
  return Object.values(node)
    .flatMap((value: unknown) => (Array.isArray(value) ? (value as unknown[]) : [value]))
    .filter(isNode)
    .toSorted((a, b) => toStart(a) - toStart(b));
}

function toStart(node: Node): number {
  return Number(node.src.split(":")[0]);
}

function toEnd(node: Node): number {
  const [start, length] = node.src.split(":");
  return Number(start) + Number(length);
}

const bodies = ["trueBody", "falseBody", "body"] as const;

/**
 * Inserts a probe before every statement of every function, and one for each outcome of the condition of an `if` or `?:` and
 * of the left side of `&&` and `||`. Inline assembly counts as one statement. Lines stay where they are.
 *
 * @param file Name of the source file in `folder`.
 * @param firstId Of the file's probes, which are numbered from there.
 * @param library Name of the source file of the hit library.
 */
export function instrument(
  file: string,
  folder: string,
  source: string,
  firstId: number,
  library: string,
): { source: string; probes: Probe[] } {
  const settings = { stopAfter: "parsing", outputSelection: { "*": { "": ["ast"] } } };
  const ast = compileSolidity({ files: [file], folder, settings }).sources?.[file]?.ast;
  if (!isNode(ast)) throw new Error(`${file} cannot be parsed`);
  // Positions in the tree count bytes of UTF-8.
  const bytes = Buffer.from(source);
  const insertions: Insertion[] = [];
  const probes: Probe[] = [];

  function addProbe(kind: Probe["kind"], position: number): number {
    const line = bytes.subarray(0, position).toString("latin1").split("\n").length;
    const id = firstId + probes.length;
    probes.push({ id, kind, file, line });
    return id;
  }

  function insert(position: number, text: string): void {
    insertions.push({ position, text });
  }

  /** Where a statement ends, with the semicolon that its node leaves out. */
  function toStatementEnd(statement: Node): number {
    const last = bodies.map((field) => toChild(statement, field)).filter((body) => body !== undefined);
    const tail = toChild(statement, "falseBody") ?? last[0];
    if (tail) return toStatementEnd(tail);
    const end = toEnd(statement);
    const semicolon = /^\s*;/.exec(bytes.subarray(end, end + 100).toString("latin1"));
    return end + (semicolon?.[0].length ?? 0);
  }

  function fork(condition: Node): void {
    const id = addProbe("branch", toStart(condition));
    addProbe("branch", toStart(condition));
    insert(toStart(condition), `${hitLibraryName}.fork(${id}, `);
    walk(condition);
    insert(toEnd(condition), ")");
  }

  function walkStatement(statement: Node): void {
    if (statement.nodeType !== "Block" && statement.nodeType !== "UncheckedBlock") {
      insert(toStart(statement), `${hitLibraryName}.hit(${addProbe("statement", toStart(statement))}); `);
    }
    walk(statement);
  }

  /** A body without braces gets them. */
  function walkBody(body: Node): void {
    if (body.nodeType === "Block") {
      walk(body);
      return;
    }
    insert(toStart(body), "{ ");
    walkStatement(body);
    insert(toStatementEnd(body), " }");
  }

  function walk(node: Node): void {
    if (node.nodeType === "InlineAssembly") return;
    const isBlock = node.nodeType === "Block" || node.nodeType === "UncheckedBlock";
    const isShortCircuit =
      node.nodeType === "BinaryOperation" && (node["operator"] === "&&" || node["operator"] === "||");
    const forked = isShortCircuit
      ? toChild(node, "leftExpression")
      : node.nodeType === "IfStatement" || node.nodeType === "Conditional"
        ? toChild(node, "condition")
        : undefined;
    for (const child of toChildren(node)) {
      if (isBlock) walkStatement(child);
      else if (child === forked) fork(child);
      else if (bodies.some((field) => node[field] === child) && node.nodeType !== "FunctionDefinition") walkBody(child);
      else walk(child);
    }
  }

  function walkFunctions(node: Node): void {
    for (const child of toChildren(node)) {
      const body = child.nodeType === "FunctionDefinition" ? toChild(child, "body") : undefined;
      if (body) walk(body);
      else walkFunctions(child);
    }
  }

  walkFunctions(ast);
  if (probes.length === 0) return { source, probes };
  const pragma = toChildren(ast).find((child) => child.nodeType === "PragmaDirective");
  if (!pragma) throw new Error(`${file} has no pragma`);
  const path = posix.relative(posix.dirname(file), library);
  const importPath = path.startsWith(".") ? path : `./${path}`;
  insert(toEnd(pragma), ` import {${hitLibraryName}} from "${importPath}";`);
  return { source: applyInsertions(bytes, insertions), probes };
}

/** Insertions at one place keep their order: openings from the outside in, closings from the inside out. */
function applyInsertions(bytes: Buffer, insertions: readonly Insertion[]): string {
  const parts: Buffer[] = [];
  let cursor = 0;
  for (const { position, text } of insertions.toSorted((a, b) => a.position - b.position)) {
    parts.push(bytes.subarray(cursor, position), Buffer.from(text));
    cursor = position;
  }
  parts.push(bytes.subarray(cursor));
  return Buffer.concat(parts).toString();
}
