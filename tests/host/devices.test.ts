import { expect, test } from "vitest";
import { devicesOf } from "../../host/devices.ts";

const TWO = `GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-aaaa1111-0000)
GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-bbbb2222-0000)
`;
const SPLIT = `GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-aaaa1111-0000)
  MIG 3g.20gb     Device  0: (UUID: MIG-cccc3333)
  MIG 3g.20gb     Device  1: (UUID: MIG-dddd4444)
GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-bbbb2222-0000)
`;
const names = (listing: string, visible?: string) => devicesOf(listing, visible).map(({ name }) => name);
const uuids = (listing: string, visible?: string) => devicesOf(listing, visible).map(({ uuid }) => uuid);

test("a machine's GPUs have numbers, and one that is split is its parts", () => {
  expect(names(TWO)).toEqual(["0", "1"]);
  expect(names(SPLIT)).toEqual(["MIG-cccc3333", "MIG-dddd4444", "1"]);
  expect(names("No devices found\n")).toEqual([]);
});

test.each([
  ["1", ["1"], ["GPU-bbbb2222-0000"]],
  ["1,0", ["1", "0"], ["GPU-bbbb2222-0000", "GPU-aaaa1111-0000"]],
  [" 0 , 1 ", ["0", "1"], ["GPU-aaaa1111-0000", "GPU-bbbb2222-0000"]],
  ["GPU-bbbb", ["GPU-bbbb"], ["GPU-bbbb2222-0000"]],
  ["0,GPU-aaaa1111-0000", ["0"], ["GPU-aaaa1111-0000"]],
  // Read as CUDA does: up to the first that there is not.
  ["0,7,1", ["0"], ["GPU-aaaa1111-0000"]],
  ["-1,0", [], []],
  ["GPU-", [], []],
  ["", [], []],
])("CUDA_VISIBLE_DEVICES=%s lets through %j", (visible, named, known) => {
  expect(names(TWO, visible)).toEqual(named);
  expect(uuids(TWO, visible)).toEqual(known);
});

test("a part is named by the beginning of its UUID", () => {
  expect(uuids(SPLIT, "MIG-dddd")).toEqual(["MIG-dddd4444"]);
});
