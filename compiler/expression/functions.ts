import type { Value } from "./value.ts";

interface ExpressionFunction {
  /** As it is shown in messages. */
  usage: string;
  takes: (values: Value[]) => boolean;
  call: (values: Value[]) => Value;
}

const texts = (count: number) => (values: Value[]) =>
  values.length === count && values.every((value) => typeof value === "string");

/** The functions of expressions, under GitHub's names. Texts are compared exactly, also their case. */
export const FUNCTIONS: Readonly<Record<string, ExpressionFunction>> = {
  contains: {
    usage: "contains(text or list, value)",
    takes: ([where, what, ...more]) =>
      more.length === 0 &&
      what !== undefined &&
      (Array.isArray(where) || (typeof where === "string" && typeof what === "string")),
    call: ([where, what]) =>
      Array.isArray(where) ? where.includes(what!) : String(where).includes(String(what)),
  },
  startsWith: {
    usage: "startsWith(text, text)",
    takes: texts(2),
    call: ([text, start]) => String(text).startsWith(String(start)),
  },
  endsWith: {
    usage: "endsWith(text, text)",
    takes: texts(2),
    call: ([text, end]) => String(text).endsWith(String(end)),
  },
  format: {
    usage: "format('… {0} … {1} …', value, value)",
    takes: ([text, ...values]) => typeof text === "string" && values.every((value) => !Array.isArray(value)),
    call: ([text, ...values]) =>
      String(text).replace(/\{([0-9]+)\}/g, (whole, index) => {
        const value = values[Number(index)];
        return value === undefined ? whole : String(value);
      }),
  },
  join: {
    usage: "join(list, text)",
    takes: ([list, between, ...more]) =>
      more.length === 0 && Array.isArray(list) && (between === undefined || typeof between === "string"),
    call: ([list, between]) => (list as Value[]).join(between === undefined ? "," : String(between)),
  },
};
