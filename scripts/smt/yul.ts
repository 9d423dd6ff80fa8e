/** The part of solc's Yul syntax tree that `runPath` reads. */
export type YulNode = { nodeType: string; [field: string]: unknown };

function isNode(value: unknown): value is YulNode {
  return typeof value === "object" && value !== null && "nodeType" in value;
}

export function toNode(node: YulNode, field: string): YulNode {
  const child = node[field];
  if (!isNode(child)) throw new Error(`A ${node.nodeType} has no ${field}`);
  return child;
}

export function toOptionalNode(node: YulNode, field: string): YulNode | undefined {
  const child = node[field];
  return isNode(child) ? child : undefined;
}

/** An absent list is empty. */
export function toNodes(node: YulNode, field: string): YulNode[] {
  const children = node[field] ?? [];
  if (!Array.isArray(children) || !children.every(isNode)) throw new Error(`${field} of a ${node.nodeType} is no list`);
  return children;
}

export function toText(node: YulNode, field: string): string {
  const text = node[field];
  if (typeof text !== "string") throw new Error(`${field} of a ${node.nodeType} is no text`);
  return text;
}

/** The code that a contract runs once deployed: the only sub-object of what solc calls `irOptimizedAst`. */
export function toRuntimeCode(ast: unknown): YulNode {
  if (!isNode(ast)) throw new Error("solc gave no Yul");
  const runtime = toNodes(ast, "subObjects").find(({ nodeType }) => nodeType === "YulObject");
  if (!runtime) throw new Error("The contract has no runtime code");
  return toNode(toNode(runtime, "code"), "block");
}
