import fc from "fast-check";
import { expect, test } from "vitest";
import { orderSteps } from "../../compiler/order.ts";

test("each step comes after what it waits for", () => {
  const graphs = fc.array(fc.array(fc.nat({ max: 19 }), { maxLength: 4 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(graphs, (graph) => {
      // Edges only to earlier numbers: no cycle.
      const after = new Map(
        graph.map((edges, index) => [
          `s${index}`,
          edges.filter((edge) => edge < index).map((edge) => `s${edge}`),
        ]),
      );
      const { order, cycle } = orderSteps(after);
      expect(cycle).toBeNull();
      for (const [id, waits] of after)
        for (const other of waits) expect(order.indexOf(other)).toBeLessThan(order.indexOf(id));
    }),
  );
});

test("a cycle is told by its trail, without the steps that only hang on it", () => {
  const after = new Map([
    ["tail", ["a"]],
    ["a", ["b"]],
    ["b", ["c"]],
    ["c", ["a"]],
  ]);
  expect(orderSteps(after).cycle).toEqual(["a", "b", "c", "a"]);
});
