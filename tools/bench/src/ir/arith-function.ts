/** A function of arithmetic as text in the generic form, for benchmarks of the IR. */
import { Random } from "@strata/support";

const kinds = ["addi", "muli", "subi", "xori", "andi", "ori"] as const;
const flagged = new Set<string>(["addi", "muli", "subi"]);

/**
 * A module with one function of about `count` operations on i32: a tenth fold away, a quarter repeat
 * an earlier one, and every fourth result is used in what is returned.
 */
export function arithFunction(count: number, seed = 0): string {
  const random = new Random(seed);
  const args = Array.from({ length: 8 }, (_, i) => `%a${i}`);
  const types = args.map(() => "i32").join(", ");
  const lines = [
    '"builtin.module"() ({',
    `  "func.func"() <{function_type = (${types}) -> i32, sym_name = "f"}> ({`,
    `  ^bb0(${args.map((a) => `${a}: i32`).join(", ")}):`,
    '    %c0 = "arith.constant"() <{value = 0 : i32}> : () -> i32',
  ];
  const values = [...args];
  const made: (readonly [string, string, string])[] = [];
  const recent = <T>(list: readonly T[]): T =>
    list[random.int(Math.max(0, list.length - 64), list.length - 1)]!;
  let result = args[0]!;
  const add = (kind: string, a: string, b: string): string => {
    const flags = flagged.has(kind) ? " <{overflowFlags = #arith.overflow<none>}>" : "";
    const name = `%${lines.length - 4}`;
    lines.push(`    ${name} = "arith.${kind}"(${a}, ${b})${flags} : (i32, i32) -> i32`);
    return name;
  };
  while (lines.length < count + 2) {
    const chance = random.float();
    const [kind, a, b] =
      chance < 0.1
        ? (["addi", recent(values), "%c0"] as const)
        : chance < 0.35 && made.length > 0
          ? recent(made)
          : ([recent(kinds), recent(values), recent(values)] as const);
    made.push([kind, a, b]);
    const value = add(kind, a, b);
    values.push(value);
    if (lines.length % 4 === 0 && lines.length < count + 2) result = add("xori", result, value);
  }
  lines.push(`    "func.return"(${result}) : (i32) -> ()`, "  }) : () -> ()", "}) : () -> ()");
  return `${lines.join("\n")}\n`;
}
