import { expect, test } from "vitest";
import { troublesOf } from "../../../gitops/serve/troubles.ts";
import { clearTrouble, noteTrouble } from "../../../gitops/state/trouble.ts";
import { openStore } from "../../../store/store.ts";
import { temporaryFolder } from "../../support/folders.ts";

test("what a forge refuses is told by the server too: once, and when it is over", async () => {
  const places = openStore(temporaryFolder()).gitops.repository("papers");
  const told: (string | null)[] = [];
  const look = troublesOf({ places }, (says) => void told.push(says));
  await look();
  await noteTrouble(places, "forge", "The account may not ask that.");
  await look();
  await noteTrouble(places, "forge", "The account may not ask that.");
  await noteTrouble(places, "fetch", "The remote is away.");
  await look();
  await clearTrouble(places, "forge");
  await look();
  expect(told).toEqual(["The account may not ask that.", null]);
});
