/** Operations of dialects that are not loaded: kept whole, printed in the generic form. */
import type { Attribute } from "./attribute.ts";
import { OpDefinition } from "./op-definition.ts";
import { Operation, type OperationParts } from "./operation.ts";

const definitions = new Map<string, OpDefinition>();

/** An operation whose definition is unknown; its properties are a plain dictionary. */
export class UnregisteredOp extends Operation {
  opaqueProperties: Map<string, Attribute> = new Map();

  override getAttr(name: string): Attribute | undefined {
    return this.opaqueProperties.get(name) ?? this.discardable?.get(name);
  }
}

/** The stand-in definition for an unregistered op name. */
export function unregisteredDefinition(name: string): OpDefinition {
  let def = definitions.get(name);
  if (def === undefined) {
    class Unregistered extends UnregisteredOp {}
    def = new OpDefinition(
      {
        name,
        summary: "",
        registered: false,
        operands: [],
        results: [],
        attributes: [],
        regions: [],
        successors: [],
        traits: [],
        assembly: undefined,
        parse: undefined,
        print: undefined,
        verify: undefined,
        inferResults: undefined,
        resultNames: undefined,
        defaultDialect: "",
      },
      false,
      (parts: OperationParts) => new Unregistered(parts),
    );
    Object.defineProperty(Unregistered.prototype, "definition", { value: def });
    definitions.set(name, def);
  }
  return def;
}
