/** A backend has reported what its contract (`backend.ts`) does not allow. Its stream fails: its words cannot be trusted. */
export class ContractBreach extends Error {
  override readonly name = "ContractBreach";

  /** @param what it did, to follow "The model's backend broke its contract:" */
  constructor(what: string) {
    super(`The model's backend broke its contract: ${what}.`);
  }
}
