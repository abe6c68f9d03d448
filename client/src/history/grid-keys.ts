import { useState } from "preact/hooks";

/** Moves through the cells of a table by the arrow keys. One of them is a stop of the Tab key: where one was last. */
export function useGridKeys(rows: number, columns: number) {
  const [place, setPlace] = useState({ row: 0, column: columns - 1 });
  const row = Math.min(place.row, rows - 1);
  const column = Math.min(place.column, columns - 1);
  return {
    isAt: (r: number, c: number) => r === row && c === column,
    onKeyDown: (event: KeyboardEvent) => {
      const cell = (event.target as Element).closest("td");
      const body = cell?.closest("tbody");
      if (!cell || !body) return;
      const lines = [...body.rows].map((line) => [...line.querySelectorAll("td")]);
      const line = lines.findIndex((cells) => cells.includes(cell));
      const to = moved(event.key, { row: line, column: lines[line]!.indexOf(cell) }, rows, columns);
      if (to === null) return;
      event.preventDefault();
      setPlace(to);
      lines[to.row]?.[to.column]?.querySelector<HTMLElement>("a")?.focus();
    },
  };
}

interface Place {
  readonly row: number;
  readonly column: number;
}

function moved(key: string, { row, column }: Place, rows: number, columns: number): Place | null {
  switch (key) {
    case "ArrowLeft":
      return { row, column: Math.max(0, column - 1) };
    case "ArrowRight":
      return { row, column: Math.min(columns - 1, column + 1) };
    case "ArrowUp":
      return { row: Math.max(0, row - 1), column };
    case "ArrowDown":
      return { row: Math.min(rows - 1, row + 1), column };
    case "Home":
      return { row, column: 0 };
    case "End":
      return { row, column: columns - 1 };
    default:
      return null;
  }
}
