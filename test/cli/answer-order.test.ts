import { expect, it } from "vitest";
import { AnswerOrder } from "../../src/cli/answer-order.ts";

function answers() {
  const order = new AnswerOrder();
  const told: string[] = [];
  const done = (id: string) => {
    order.show(id, () => told.push(id));
    order.done(id);
  };
  return { order, told, done };
}

it("answers are shown in the order in which they were asked, each as soon as that allows", () => {
  const { order, told, done } = answers();
  for (const id of ["a", "b", "c"]) order.asked(id);
  done("c");
  expect(told).toEqual([]);
  done("a");
  expect(told).toEqual(["a"]);
  order.asked("d");
  done("b");
  expect(told).toEqual(["a", "b", "c"]);
  done("d");
  expect(told).toEqual(["a", "b", "c", "d"]);
});

it("answers that still wait at the end are shown, and what was never asked is shown at once", () => {
  const { order, told, done } = answers();
  order.asked("a");
  order.asked("b");
  done("b");
  done("thought");
  expect(told).toEqual(["thought"]);
  order.flush();
  expect(told).toEqual(["thought", "b"]);
});
