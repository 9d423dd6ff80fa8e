import { operations, toLiteral, toUnsigned, type Term, type Terms } from "./terms.ts";
import { toNode, toNodes, toOptionalNode, toText, type YulNode } from "./yul.ts";

/** How a path through the code ends, and under which conditions it is taken. */
export type Path = {
  conditions: string[];
  end: { kind: "return"; value: Term } | { kind: "revert"; size: Term };
  /** Whether each condition that depends on the arguments held, in order. */
  decisions: boolean[];
};

class Ended extends Error {
  readonly end: Path["end"];
  constructor(end: Path["end"]) {
    super(end.kind);
    this.end = end;
  }
}

type Flow = "next" | "leave" | "break" | "continue";
type Variables = Map<string, Term>;

const maxSteps = 100_000;

/**
 * Runs the runtime code of a pure function for arguments of any value along one path.
 *
 * @param selector Of the function, 4 bytes in hex.
 * @param forced How the first conditions that depend on the arguments turn out; later ones hold.
 */
export function runPath(code: YulNode, selector: string, forced: readonly boolean[], terms: Terms): Path {
  const functions = new Map<string, YulNode>();
  const memory = new Map<bigint, Term>();
  const conditions: string[] = [];
  const decisions: boolean[] = [];
  const decided = new Map<string, boolean>();
  let steps = 0;

  function decide(term: Term): boolean {
    if (typeof term === "bigint") return term !== 0n;
    const tested = terms.findZeroTested(term);
    if (tested !== undefined) return !decide(tested);
    const known = decided.get(term);
    if (known !== undefined) return known;
    const isTrue = forced[decisions.length] ?? true;
    decisions.push(isTrue);
    decided.set(term, isTrue);
    conditions.push(isTrue ? `(not (= ${term} ${toLiteral(0n)}))` : `(= ${term} ${toLiteral(0n)})`);
    return isTrue;
  }

  function toPlace(term: Term | undefined): bigint {
    if (typeof term !== "bigint") throw new Error("Memory is used at a place that depends on the arguments");
    return term;
  }

  function callBuiltin(name: string, args: Term[]): Term[] {
    const [a = 0n, b = 0n] = args;
    if (operations[name]) return [terms.combine(name, a, b)];
    switch (name) {
      case "iszero":
        return [terms.combine("eq", a, 0n)];
      case "not":
        return [terms.combine("xor", a, toUnsigned(-1n))];
      case "memoryguard":
        return [a];
      case "callvalue":
        return [0n];
      case "calldatasize":
        return [4n + 32n * 32n];
      case "calldataload":
        return [a === 0n ? BigInt(`0x${selector}`) << 224n : `a${toPlace(a)}`];
      case "mload": {
        const value = memory.get(toPlace(a));
        if (value === undefined) throw new Error(`Memory at ${toPlace(a)} is read before it is written`);
        return [value];
      }
      case "mstore":
        memory.set(toPlace(a), b);
        return [];
      case "pop":
        return [];
      case "return":
        throw new Ended({ kind: "return", value: memory.get(toPlace(a)) ?? 0n });
      case "revert":
        throw new Ended({ kind: "revert", size: b });
      default:
        throw new Error(`No meaning is known of ${name}`);
    }
  }

  function evaluate(node: YulNode, variables: Variables): Term[] {
    if (node.nodeType === "YulLiteral") return [toUnsigned(BigInt(toText(node, "value")))];
    if (node.nodeType === "YulIdentifier") {
      const value = variables.get(toText(node, "name"));
      if (value === undefined) throw new Error(`No variable ${toText(node, "name")}`);
      return [value];
    }
    const name = toText(toNode(node, "functionName"), "name");
    // The EVM's order: the last argument first.
    const args = toNodes(node, "arguments")
      .toReversed()
      .map((argument) => evaluateOne(argument, variables))
      .toReversed();
    const definition = functions.get(name);
    return definition ? callFunction(definition, args) : callBuiltin(name, args);
  }

  function evaluateOne(node: YulNode, variables: Variables): Term {
    const [value] = evaluate(node, variables);
    if (value === undefined) throw new Error("An expression has no value");
    return value;
  }

  function callFunction(definition: YulNode, args: Term[]): Term[] {
    const variables: Variables = new Map();
    toNodes(definition, "parameters").forEach((parameter, i) =>
      variables.set(toText(parameter, "name"), args[i] ?? 0n),
    );
    const results = toNodes(definition, "returnVariables").map((variable) => toText(variable, "name"));
    for (const name of results) variables.set(name, 0n);
    runBlock(toNode(definition, "body"), variables);
    return results.map((name) => variables.get(name) ?? 0n);
  }

  function assign(targets: YulNode[], value: YulNode | undefined, variables: Variables): void {
    const values = value ? evaluate(value, variables) : [];
    targets.forEach((target, i) => variables.set(toText(target, "name"), values[i] ?? 0n));
  }

  function runBlock(block: YulNode, variables: Variables): Flow {
    const statements = toNodes(block, "statements");
    for (const statement of statements) {
      if (statement.nodeType === "YulFunctionDefinition") functions.set(toText(statement, "name"), statement);
    }
    for (const statement of statements) {
      const flow = runStatement(statement, variables);
      if (flow !== "next") return flow;
    }
    return "next";
  }

  function runSwitch(node: YulNode, variables: Variables): Flow {
    const value = evaluateOne(toNode(node, "expression"), variables);
    const cases = toNodes(node, "cases");
    const isDefault = (one: YulNode) => one["value"] === "default";
    const chosen =
      cases.find((one) => {
        return !isDefault(one) && decide(terms.combine("eq", value, evaluateOne(toNode(one, "value"), variables)));
      }) ?? cases.find(isDefault);
    return chosen ? runBlock(toNode(chosen, "body"), variables) : "next";
  }

  function runLoop(node: YulNode, variables: Variables): Flow {
    runBlock(toNode(node, "pre"), variables);
    while (decide(evaluateOne(toNode(node, "condition"), variables))) {
      const flow = runBlock(toNode(node, "body"), variables);
      if (flow === "leave") return flow;
      if (flow === "break") break;
      runBlock(toNode(node, "post"), variables);
    }
    return "next";
  }

  function runStatement(node: YulNode, variables: Variables): Flow {
    if (++steps > maxSteps) throw new Error(`The path takes more than ${maxSteps} steps`);
    switch (node.nodeType) {
      case "YulBlock":
        return runBlock(node, variables);
      case "YulVariableDeclaration":
        assign(toNodes(node, "variables"), toOptionalNode(node, "value"), variables);
        return "next";
      case "YulAssignment":
        assign(toNodes(node, "variableNames"), toNode(node, "value"), variables);
        return "next";
      case "YulExpressionStatement":
        evaluate(toNode(node, "expression"), variables);
        return "next";
      case "YulIf":
        return decide(evaluateOne(toNode(node, "condition"), variables))
          ? runBlock(toNode(node, "body"), variables)
          : "next";
      case "YulSwitch":
        return runSwitch(node, variables);
      case "YulForLoop":
        return runLoop(node, variables);
      case "YulFunctionDefinition":
        return "next";
      case "YulLeave":
        return "leave";
      case "YulBreak":
        return "break";
      case "YulContinue":
        return "continue";
      default:
        throw new Error(`No meaning is known of a ${node.nodeType}`);
    }
  }

  try {
    runBlock(code, new Map());
  } catch (error) {
    if (error instanceof Ended) return { conditions, end: error.end, decisions };
    throw error;
  }
  return { conditions, end: { kind: "revert", size: 0n }, decisions };
}
