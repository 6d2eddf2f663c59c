import fc from "fast-check";
import { expect, test } from "vitest";
import { duplicateKey } from "../../data/rows/json-text.ts";

test.each([
  ['{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}', undefined],
  ['{"a":"x\\":1,\\"a\\":","b":" \\" : "}', undefined],
  ['{ "a" : 1 , "a" : 2 }', "a"],
  ['{"a":{"b":1,"b":"\\":"}}', "b"],
  ['{"a":1,"\\u0061":2}', "a"],
  ['{"__proto__":1,"__proto__":2}', "__proto__"],
  ['["a","a"]', undefined],
])("the key that stands twice in %s", (json, key) => {
  expect(duplicateKey(json)?.key).toBe(key);
});

test("what was written has none, however it is nested, and one put in is found", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, "\t"), (value, indent) => {
      const json = JSON.stringify({ twice: 0, value }, null, indent);
      expect(duplicateKey(json)).toBeUndefined();
      expect(duplicateKey(json.replace(/\}$/, ',"twice":1}'))?.key).toBe("twice");
    }),
  );
});
