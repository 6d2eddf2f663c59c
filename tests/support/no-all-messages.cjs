// Loaded before the command: it cannot read the file of all messages of Temporal.
const fs = require("node:fs");

const { readFileSync } = fs;
fs.readFileSync = (file, ...how) => {
  if (String(file).endsWith("messages.json")) throw new Error("All of Temporal's messages were asked for.");
  return readFileSync(file, ...how);
};
