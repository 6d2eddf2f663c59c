type Action = (...args: never[]) => number | Promise<number>;

/** Makes a command's action of a function of a module that is loaded when it is called. */
export type Act = <Name extends string>(
  load: () => Promise<Record<Name, Action>>,
  name: Name,
) => (...args: unknown[]) => Promise<void>;
