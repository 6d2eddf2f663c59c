import { createRequire } from "node:module";

const near = createRequire(import.meta.url);

const load = (name: string): object => near(`./${name}.schema.json`) as object;

/** Schemas of whole documents, each read when it is asked for. */
export const DOCUMENT_SCHEMAS = {
  get recipe() {
    return load("recipe");
  },
  get question() {
    return load("question");
  },
  get "recorded-reply"() {
    return load("recorded-reply");
  },
  get judgement() {
    return load("judgement");
  },
  get "paper-tables"() {
    return load("paper-tables");
  },
  get digests() {
    return load("digests");
  },
  get kind() {
    return load("kind");
  },
  get "kind-job"() {
    return load("kind-job");
  },
  get "trainer-job"() {
    return load("trainer-job");
  },
  get "trainer-event"() {
    return load("trainer-event");
  },
  get "trainer-result"() {
    return load("trainer-result");
  },
  get "trainer-host"() {
    return load("trainer-host");
  },
  get "run-record"() {
    return load("run-record");
  },
  get "gitops-server"() {
    return load("gitops-server");
  },
  get "gitops-repository"() {
    return load("gitops-repository");
  },
};
