/** `printf` of C for numbers. */
import { describeValue, failAt, type RuntimeValue } from "@strata/interpret";
import { IntegerType, type Type } from "@strata/ir";
import type { Printf } from "../ops.ts";

const conversion = /%([-+ 0#]*)(\d*)(?:\.(\d+))?(?:hh|h|ll|l|z|j|t)?([diouxXeEfFgGcp%])/g;

function unsignedOf(value: RuntimeValue, type: Type): bigint {
  const width = type instanceof IntegerType ? type.width : 64;
  return BigInt.asUintN(width, BigInt(value as number));
}

/** An exponent as C writes it, with at least two digits. */
function withExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, "e$10$2");
}

function general(n: number, precision: number, keepZeros: boolean): string {
  const digits = Math.max(precision, 1);
  const exponent = n === 0 ? 0 : Number(n.toExponential(digits - 1).split("e")[1]);
  const plain = exponent >= -4 && exponent < digits;
  const text = plain ? n.toFixed(digits - 1 - exponent) : n.toExponential(digits - 1);
  const [mantissa, power] = text.split("e");
  const short = keepZeros || !mantissa!.includes(".") ? mantissa! : mantissa!.replace(/\.?0+$/, "");
  return power === undefined ? short : withExponent(`${short}e${power}`);
}

function float(n: number, precision: number, letter: string, flags: string): string {
  if (Number.isNaN(n)) return "nan";
  if (!Number.isFinite(n)) return n > 0 ? "inf" : "-inf";
  const sign = Object.is(n, -0) ? "-" : "";
  switch (letter.toLowerCase()) {
    case "f":
      return sign + n.toFixed(precision);
    case "e":
      return sign + withExponent(n.toExponential(precision));
    default:
      return sign + general(n, precision, flags.includes("#"));
  }
}

function convert(
  value: RuntimeValue,
  type: Type,
  letter: string,
  flags: string,
  precision: string | undefined,
): string {
  switch (letter) {
    case "d":
    case "i":
      return String(BigInt(value as number)).replace(/^-?/, (sign) =>
        sign === "" && flags.includes("+") ? "+" : sign,
      );
    case "u":
      return String(unsignedOf(value, type));
    case "o":
      return unsignedOf(value, type).toString(8);
    case "x":
    case "p":
      return (
        (flags.includes("#") || letter === "p" ? "0x" : "") + unsignedOf(value, type).toString(16)
      );
    case "X":
      return (flags.includes("#") ? "0X" : "") + unsignedOf(value, type).toString(16).toUpperCase();
    case "c":
      return String.fromCharCode(Number(value) & 0xff);
    default: {
      const text = float(value as number, Number(precision ?? 6), letter, flags);
      const signed = flags.includes("+") && !text.startsWith("-") ? `+${text}` : text;
      return letter === letter.toUpperCase() ? signed.toUpperCase() : signed;
    }
  }
}

function pad(text: string, width: number, flags: string): string {
  if (flags.includes("-")) return text.padEnd(width);
  if (!flags.includes("0")) return text.padStart(width);
  const [, sign = "", digits = ""] = /^([-+]?)(.*)$/s.exec(text) ?? [];
  return sign + digits.padStart(width - sign.length, "0");
}

/** What a `gpu.printf` prints of its arguments. */
export function formatText(op: Printf, args: readonly RuntimeValue[]): string {
  let next = 0;
  const text = op.format.value.replace(
    conversion,
    (_, flags: string, width: string, precision: string | undefined, letter: string) => {
      if (letter === "%") return "%";
      const i = next++;
      const value = args[i];
      if (value === undefined) {
        return failAt(
          op,
          "gpu.printf-arguments",
          `the format asks for more than ${args.length} values`,
        );
      }
      const isInteger = "diouxXcp".includes(letter);
      const type = op.args[i]!.type;
      const fits = isInteger === (type instanceof IntegerType || type.toString() === "index");
      if (!fits || typeof value === "object") {
        failAt(op, "gpu.printf-type", `\`%${letter}\` does not print ${describeValue(value)}`);
      }
      return pad(convert(value, type, letter, flags, precision), Number(width), flags);
    },
  );
  if (next === args.length) return text;
  return failAt(op, "gpu.printf-arguments", `the format prints ${next} of ${args.length} values`);
}
