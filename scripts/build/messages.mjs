// Temporal's SDK describes all 1,500 messages of its server and native part, and makes an object of each field as it is loaded: a sixth of
// a short run. The command's bundle makes those that a run needs; whoever asks for another one loads all of them, from a file beside it.
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { compileFunction } from "node:vm";

/** What a run sends and gets. All that these are made of comes with them. */
const NEEDED = [
  ...[
    ...["GetSystemInfo", "DescribeNamespace", "UpdateNamespace", "StartWorkflowExecution"],
    ...["SignalWorkflowExecution", "DescribeWorkflowExecution", "GetWorkflowExecutionHistory"],
    ...["RequestCancelWorkflowExecution", "ResetStickyTaskQueue", "RespondActivityTaskFailedById"],
  ].flatMap((name) => ["Request", "Response"].map((end) => `temporal.api.workflowservice.v1.${name}${end}`)),
  ...["NamespaceInfo", "ActivityHeartbeat", "ActivityTaskCompletion", "activity_task.ActivityTask"].map(
    (name) => `coresdk.${name}`,
  ),
  ...["activation.WorkflowActivation", "completion.WorkflowActivationCompletion"].map(
    (name) => `coresdk.workflow_${name}`,
  ),
  // What an error brings along.
  "google.rpc.Status",
];

/** These the SDK's modules take as they are loaded. */
const TAKEN = [
  ...["coresdk.nexus.NexusTaskCancelReason", "temporal.api.sdk.v1.ExternalStorageReference"],
  ...[
    ...["HistoryEventFilterType", "NexusOperationWaitStage", "ScheduleOverlapPolicy", "TaskQueueKind"],
    ...["UpdateWorkflowExecutionLifecycleStage", "VersioningBehavior", "WorkflowExecutionStatus"],
  ].map((name) => `temporal.api.enums.v1.${name}`),
];
const SERVICES = [
  ...["workflowservice", "operatorservice", "testservice"].map((name) => `.temporal.api.${name}.v1.`),
  ".grpc.health.v1.",
];

/** The file of all messages, beside the bundle. */
const ALL = "messages.json";

const require = createRequire(import.meta.url);
const ofSdk = createRequire(require.resolve("@temporalio/client"));

/** The descriptions of all messages, as the SDK's module has them. */
export function allMessages() {
  const file = ofSdk.resolve("@temporalio/proto/protos/json-module.js");
  let all;
  class Root {
    addJSON(json) {
      all = json;
      return this;
    }
  }
  const given = { roots: {}, Root };
  compileFunction(fs.readFileSync(file, "utf8"), ["require", "module"])(() => given, {});
  return all;
}

const isNamespace = ({ fields, values, methods, id }) =>
  [fields, values, methods, id].every((part) => part === undefined);

/** Names of the messages and enumerations that are needed. */
function neededOf(all) {
  const { Namespace, Root, Type } = require("protobufjs/light");
  const root = new Root().addJSON(all);
  const needed = new Set();
  const next = [...NEEDED, ...TAKEN].map((name) => root.lookupTypeOrEnum(name));
  while (next.length > 0) {
    let one = next.pop();
    // One that stands in a message comes with it.
    while (one.parent instanceof Type) one = one.parent;
    if (needed.has(one.fullName)) continue;
    needed.add(one.fullName);
    if (one instanceof Type) next.push(...madeOf(one));
  }
  return needed;

  function madeOf(type) {
    return [
      ...type.fieldsArray.flatMap((field) => field.resolve().resolvedType ?? []),
      ...type.nestedArray.flatMap((nested) => (nested instanceof Namespace ? madeOf(nested) : [])),
    ];
  }
}

/** A service without how HTTP is spoken with it, which only others do. */
function withoutHttp({ methods, ...service }) {
  const plain = Object.entries(methods).map(([name, { options, parsedOptions, ...method }]) => [
    name,
    method,
  ]);
  return { ...service, methods: Object.fromEntries(plain) };
}

/** The descriptions of those that are needed, and of the services that the SDK takes. */
export function nearMessages(all) {
  const needed = neededOf(all);
  const pick = (nested, place) =>
    Object.fromEntries(
      Object.entries(nested).flatMap(([name, one]) => {
        const full = `${place}.${name}`;
        if (one.methods)
          return SERVICES.some((service) => full.startsWith(service)) ? [[name, withoutHttp(one)]] : [];
        if (!isNamespace(one)) return needed.has(full) ? [[name, one]] : [];
        const inner = pick(one.nested ?? {}, full);
        return Object.keys(inner).length === 0 ? [] : [[name, { ...one, nested: inner }]];
      }),
    );
  return pick(all, "");
}

/** Of each namespace that has some of them, the names of what is left out, by its path. */
function leftOut(all, near, place = "") {
  const names = Object.keys(all).filter((name) => near[name] === undefined);
  const inner = Object.entries(near).flatMap(([name, one]) =>
    isNamespace(one) ? leftOut(all[name].nested, one.nested, `${place}.${name}`) : [],
  );
  return [...(names.length === 0 ? [] : [[place.slice(1), names.join(" ")]]), ...inner];
}

/** The module that stands for the SDK's own one. */
export function ownModule() {
  const all = allMessages();
  const near = nearMessages(all);
  const text = (value) => `JSON.parse(${JSON.stringify(JSON.stringify(value))})`;
  const given = { NEAR: text(near), LEFT_OUT: text(leftOut(all, near)), ALL: JSON.stringify(ALL) };
  const template = fs.readFileSync(path.join(import.meta.dirname, "messages-root.cjs"), "utf8");
  return template.replace(/\b(?:NEAR|LEFT_OUT|ALL)\b/g, (name) => given[name]);
}

/** Writes the file of all messages. */
export const writeMessages = (outdir) =>
  fs.writeFileSync(path.join(outdir, ALL), JSON.stringify(allMessages()));
