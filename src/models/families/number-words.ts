const SMALL = [
  ...[
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
  ],
  ...["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"],
];
const TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/** A whole number from 0 to 9999 in English words, as Python's num2words writes it: `one hundred and twenty-three`. */
export function numberWords(number: number): string {
  if (!Number.isInteger(number) || number < 0 || number > 9999) {
    throw new RangeError(`${number} cannot be written in words. Give a whole number from 0 to 9999.`);
  }
  if (number < 20) return SMALL[number]!;
  if (number < 100) {
    const ten = TENS[Math.floor(number / 10) - 2]!;
    return number % 10 === 0 ? ten : `${ten}-${SMALL[number % 10]}`;
  }
  const [unit, name] = number < 1000 ? [100, "hundred"] : [1000, "thousand"];
  const rest = number % unit;
  const start = `${SMALL[Math.floor(number / unit)]} ${name}`;
  if (rest === 0) return start;
  return `${start}${rest < 100 ? " and" : ","} ${numberWords(rest)}`;
}
