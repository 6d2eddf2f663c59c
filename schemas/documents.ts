import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** Schemas of whole documents. */
export const DOCUMENT_SCHEMAS = {
  recipe: require("./recipe.schema.json") as object,
  question: require("./question.schema.json") as object,
  "recorded-reply": require("./recorded-reply.schema.json") as object,
  judgement: require("./judgement.schema.json") as object,
  "paper-tables": require("./paper-tables.schema.json") as object,
  digests: require("./digests.schema.json") as object,
  kind: require("./kind.schema.json") as object,
  "kind-job": require("./kind-job.schema.json") as object,
  "trainer-job": require("./trainer-job.schema.json") as object,
  "trainer-event": require("./trainer-event.schema.json") as object,
  "trainer-result": require("./trainer-result.schema.json") as object,
  "trainer-host": require("./trainer-host.schema.json") as object,
  "run-record": require("./run-record.schema.json") as object,
  "gitops-server": require("./gitops-server.schema.json") as object,
  "gitops-repository": require("./gitops-repository.schema.json") as object,
} as const;
