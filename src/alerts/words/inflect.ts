/** Forms of English verbs that are not made by rule. */
const IRREGULAR: Readonly<Record<string, readonly string[]>> = {
  become: ["became", "becoming"],
  begin: ["began", "begun", "beginning"],
  come: ["came", "coming"],
  drop: ["dropped", "dropping"],
  drive: ["drove", "driven", "driving"],
  freeze: ["froze", "frozen", "freezing"],
  get: ["got", "getting"],
  go: ["went", "gone", "going"],
  hit: ["hitting"],
  lay: ["laid", "laying"],
  leave: ["leaving"],
  meet: ["met", "meeting"],
  overtake: ["overtook", "overtaken", "overtaking"],
  put: ["putting"],
  run: ["ran", "running"],
  set: ["setting"],
  shake: ["shook", "shaken", "shaking"],
  speed: ["sped", "speeded", "speeding"],
  steal: ["stole", "stolen", "stealing"],
  step: ["stepped", "stepping"],
  stop: ["stopped", "stopping"],
  take: ["took", "taken", "taking"],
};

/**
 * The forms of a verb, or of a phrase that begins with one.
 *
 * @example inflected("come in") // ["come in", "comes in", "came in", "coming in"]
 */
export function inflected(phrase: string): string[] {
  const [verb = "", ...rest] = phrase.split(" ");
  const forms = [verb, thirdPerson(verb), ...(IRREGULAR[verb] ?? regular(verb))];
  return forms.map((form) => [form, ...rest].join(" "));
}

function thirdPerson(verb: string): string {
  if (/(?:s|x|z|ch|sh|o)$/.test(verb)) return `${verb}es`;
  return /[^aeiou]y$/.test(verb) ? `${verb.slice(0, -1)}ies` : `${verb}s`;
}

function regular(verb: string): string[] {
  if (/[^aeiou]y$/.test(verb)) return [`${verb.slice(0, -1)}ied`, `${verb}ing`];
  const stem = /[^e]e$/.test(verb) ? verb.slice(0, -1) : verb;
  return [`${stem}ed`, `${stem}ing`];
}
