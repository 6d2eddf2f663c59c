import { closest } from "../../core/suggest.ts";
import { show } from "../../data/rows/faults.ts";

type Must = "text" | "list" | "object";

const IS: Record<Must, (value: unknown) => boolean> = {
  text: (value) => typeof value === "string" && value !== "",
  list: Array.isArray,
  object: (value) => value !== null && typeof value === "object" && !Array.isArray(value),
};
const WORDS: Record<Must, string> = { text: "a text", list: "a list", object: "an object" };

/** The keys of a record, for a message. */
export const foundKeys = (record: object): string => Object.keys(record).join(", ").slice(0, 200) || "none";

/** What is wrong with the keys of a record: which is missing, misspelt or of another form. undefined when all are right. */
export function shapeDoubt(
  record: unknown,
  must: Readonly<Record<string, Must>>,
  within = "",
): string | undefined {
  if (!IS.object(record)) return `expected an object${within}; found ${show(record)}`;
  const found = record as Record<string, unknown>;
  const others = Object.keys(found).filter((key) => !Object.hasOwn(must, key));
  const missing = Object.keys(must).filter((key) => !Object.hasOwn(found, key));
  const near = missing.flatMap((key) => {
    const other = closest(key, others);
    return other === undefined ? [] : [`'${other}' may be '${key}'`];
  });
  const wrong = Object.entries(must).flatMap(([key, form]) =>
    Object.hasOwn(found, key) && !IS[form](found[key])
      ? [`'${key}'${within} is ${show(found[key])}; it must be ${WORDS[form]}`]
      : [],
  );
  const lacks =
    missing.length === 0
      ? []
      : [
          [
            `expected the key${Object.keys(must).length === 1 ? "" : "s"} ${Object.keys(must).join(", ")}${within}; found ${foundKeys(found)}`,
            ...near,
          ].join("; "),
        ];
  return wrong.length + lacks.length === 0 ? undefined : [...wrong, ...lacks].join("; ");
}
