/**
 * What a plain scalar means: YAML 1.1 as the YAML library of Kubernetes understands it, which is not
 * what YAML 1.2 says. `yes` is a boolean, `0644` is octal, `1_000` is a number.
 *
 * Source: go.yaml.in/yaml/v2, resolve.go, by way of sigs.k8s.io/yaml.
 */

import type { Value } from "./node.js";

const NULLS = ["", "~", "null", "Null", "NULL"];
const TRUE = ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"];
const FALSE = ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"];
const NOT_FINITE = /^(\.nan|\.NaN|\.NAN|[-+]?(\.inf|\.Inf|\.INF))$/;
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const MAX_UNSIGNED = 2n ** 64n;
const MAX_SIGNED = 2n ** 63n;

/** Thrown where a scalar has no place in a manifest; the message says why. */
export class ScalarError extends Error {}

/**
 * The value of `source` under a tag of YAML's own name space (`int`, `str`); undefined: no tag.
 *
 * @throws {ScalarError} where the tag contradicts the text, or JSON has no such value.
 */
export function resolve(source: string, tag?: string): Value {
  if (tag === "binary") {
    throw new ScalarError("the tag !!binary has no place in a manifest; write base64 text without it");
  }
  if (tag !== undefined && !["bool", "int", "float", "null"].includes(tag)) {
    return { is: "string", text: source };
  }
  const value = plain(source);
  const said = { bool: "boolean", int: "number", float: "number", null: "null" }[tag ?? ""];
  const isWhole = value.is !== "number" || /^-?[0-9]+$/.test(value.text);
  if (said !== undefined && (value.is !== said || (tag === "int" && !isWhole))) {
    throw new ScalarError(`\`${source}\` is not what its tag !!${tag} says`);
  }
  return value;
}

/**
 * A key as the text that Kubernetes makes of it.
 *
 * @throws {ScalarError} where it cannot be one.
 */
export function key(source: string, tag?: string): string {
  const value = resolve(source, tag);
  switch (value.is) {
    case "string":
      return value.text;
    case "number":
      return value.text;
    case "boolean":
      return String(value.flag);
    default:
      throw new ScalarError("null cannot be a key; quote it or name the field");
  }
}

function plain(source: string): Value {
  if (NULLS.includes(source)) return { is: "null" };
  if (TRUE.includes(source)) return { is: "boolean", flag: true };
  if (FALSE.includes(source)) return { is: "boolean", flag: false };
  if (NOT_FINITE.test(source)) {
    throw new ScalarError(`\`${source}\` cannot be written as JSON; kubernetes has no such number`);
  }
  const number = /^[-+0-9]/.test(source)
    ? (integer(source.replaceAll("_", "")) ?? float(source.replaceAll("_", "")))
    : source.startsWith(".")
      ? float(source)
      : undefined;
  return number === undefined ? { is: "string", text: source } : { is: "number", text: number };
}

/** An integer with a sign and the prefixes `0x`, `0o`, `0b` and `0` (octal), up to 64 bits. */
function integer(digits: string): string | undefined {
  const negative = digits.startsWith("-");
  const signed = negative || digits.startsWith("+");
  const magnitude = signed ? digits.slice(1) : digits;
  const number = magnitudeOf(magnitude);
  if (number === undefined || number >= MAX_UNSIGNED) return undefined;
  if (negative) return number <= MAX_SIGNED ? String(-number) : undefined;
  // Only numbers without a plus sign may go beyond the signed range, as in Go's ParseInt.
  return signed && number >= MAX_SIGNED ? undefined : String(number);
}

function magnitudeOf(text: string): bigint | undefined {
  if (/^0[xX][0-9a-fA-F]+$/.test(text)) return BigInt(text.toLowerCase());
  if (/^0[bB][01]+$/.test(text)) return BigInt(text.toLowerCase());
  const octal = /^0[oO]?([0-7]+)$/.exec(text);
  if (octal) return BigInt(`0o${octal[1]}`);
  return /^(0|[1-9][0-9]*)$/.test(text) ? BigInt(text) : undefined;
}

/** A float as JSON writes it; a whole one is an integer, as when Go writes it. */
function float(digits: string): string | undefined {
  if (!FLOAT.test(digits)) return undefined;
  const number = Number(digits);
  if (!Number.isFinite(number)) return undefined;
  return Object.is(number, -0) ? "0" : String(number);
}
