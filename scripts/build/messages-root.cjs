"use strict";
// Stands for `@temporalio/proto/protos/root.js` in the bundle (`messages.mjs`).
const fs = require("node:fs");
const path = require("node:path");
const protobuf = require("protobufjs/light");
const { patchProtobufRoot } = require("../lib/patch-protobuf-root");

const near = new protobuf.Root().addJSON(NEAR);
const own = patchProtobufRoot(near);

let all;
const whole = () =>
  (all ??= patchProtobufRoot(
    new protobuf.Root().addJSON(JSON.parse(fs.readFileSync(path.join(__dirname, ALL), "utf8"))),
  ));

const at = (root, place) =>
  place === "" ? root : place.split(".").reduce((namespace, name) => namespace[name], root);

for (const [place, names] of LEFT_OUT)
  for (const name of names.split(" "))
    Object.defineProperty(at(own, place), name, {
      configurable: true,
      enumerable: true,
      get: () => at(whole(), place)[name],
    });

/** By a name that is not its whole one something else might be found among few. */
own.lookup = (wanted, ...how) => {
  const name = [wanted].flat().join(".").replace(/^\./, "");
  const found = near.lookup(wanted, ...how);
  return found?.fullName === `.${name}` ? found : whole().lookup(wanted, ...how);
};

// What it holds may be of any kind.
near.lookupType("google.protobuf.Any").lookup = own.lookup;

// The SDK would make request and answer of each method for each connection.
const { Service } = protobuf;
const { create: createWhole } = Object.getOwnPropertyDescriptors(Service.prototype);
const methodOf = (service, { name, requestType, responseType }) => {
  const isNear = [requestType, responseType].every((type) => service.lookup(type) !== null);
  return (isNear ? service : whole().lookup(service.fullName)).methods[name];
};
Service.prototype.create = function (...given) {
  const made = new protobuf.rpc.Service(...given);
  for (const method of this.methodsArray) {
    const name = protobuf.util.lcFirst(method.name);
    let call;
    const make = () => {
      const _methodsArray = [methodOf(this, method)];
      return createWhole.value.call({ methodsArray: _methodsArray, _methodsArray }, ...given)[name];
    };
    made[name] = (...request) => (call ??= make()).apply(made, request);
  }
  return made;
};

// The SDK asks for it once more.
own.patched = own;
module.exports = own;
