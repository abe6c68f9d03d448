import { isIP, type LookupFunction } from "node:net";

/**
 * A FAKE resolver. Where a name has several lists of addresses, each question gets the next one, and the last one for
 * ever.
 *
 * @example names({ "cam.test": ["127.0.0.1"], "turns.test": [["127.0.0.1"], ["127.0.0.2"]] })
 */
export function names(
  known: Readonly<Record<string, readonly string[] | readonly (readonly string[])[]>>,
): LookupFunction {
  const asked = new Map<string, number>();
  return (host, options, callback) => {
    const name = host.replace(/\.$/, "");
    const lists = known[name] ?? [];
    const turn = asked.get(name) ?? 0;
    asked.set(name, turn + 1);
    const isTurns = Array.isArray(lists[0]);
    const list = (isTurns ? lists[Math.min(turn, lists.length - 1)] : lists) as readonly string[];
    const found = list.map((address) => ({ address, family: isIP(address) }));
    process.nextTick(() => {
      if (found.length === 0)
        callback(Object.assign(new Error("not found"), { code: "ENOTFOUND" }), options.all ? [] : "");
      else if (options.all) callback(null, found);
      else callback(null, found[0]!.address, found[0]!.family);
    });
  };
}
