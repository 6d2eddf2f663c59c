import { createHash } from "node:crypto";

/** A small object's content, without the content. */
export interface Tagged {
  /**
   * Other bytes have another one, and the same ones may have the same again: who must see that a value went and came back counts
   * in it.
   */
  readonly tag: string;
}

/** A small object as it was read. */
interface SmallObject extends Tagged {
  bytes: Buffer;
}

/** That there is no such object yet, or that it still is the one with this tag. */
export type Condition = "absent" | { tag: string };

export interface Writing {
  /** Of the writers of one object either all have a condition or none, but for the first one. */
  when?: Condition;
  /** Without waiting for the disk: for what can be made again, or means nothing after a power cut. */
  soon?: boolean;
}

/** How an object stands, without its bytes. */
export interface Look {
  /** When it, or what stands directly below it, was last written or touched; ms since 1970. */
  changed: number;
  /** Another one, almost surely, when it was written again. */
  version: string;
}

/**
 * What all hosts of a store share, by keys: paths with slashes, such as `runs/<run>/run.json`. Small objects are bytes that are
 * written whole; big ones are folders that are put there whole, once, and whose files may be read as small objects. What an
 * interrupted writer left behind is never seen. All else of a store is written on this; the folder is one implementation,
 * `probe` says whether another one can be trusted.
 */
export interface Objects {
  /** Null where there is none. */
  read(key: string): Promise<SmallObject | null>;
  /** Whole or not at all; of several that write with the same condition one wins, and the others are refused. */
  write(key: string, bytes: string | Buffer, how?: Writing): Promise<Tagged | "refused">;
  /** Waits until an object that was written without waiting is on the disk. */
  settle(key: string): Promise<void>;
  /** Null where there is neither an object nor anything below it. */
  look(key: string): Promise<Look | null>;
  /** Marks an object as used now. Throws where there is none. */
  touch(key: string): Promise<void>;
  /** Names directly below a key, of objects and of what leads to them; in no order. */
  list(key: string): Promise<string[]>;
  /** Removes an object, or all that is below a key; false where there is nothing. */
  remove(key: string): Promise<boolean>;
  /**
   * Takes a folder over as a big object, whole or not at all. It is there when its file `last` is. False where something stands under
   * the key: then the folder is left as it is.
   */
  upload(key: string, folder: string, last: string): Promise<boolean>;
  /** Path on this machine of a big object, to be read only; of one that is not there, a path that leads nowhere. */
  download(key: string): Promise<string>;
  /** The same without fetching anything: null where no such copy is on this machine. */
  here(key: string): string | null;
}

/** A tag by content, made when it is asked for. */
export const tagged = (bytes: string | Buffer): Tagged => ({
  get tag() {
    return createHash("sha256").update(bytes).digest("hex");
  },
});
