#!/usr/bin/env -S MALLOC_MMAP_THRESHOLD_=40000 MALLOC_TRIM_THRESHOLD_=1048576 node --max-semi-space-size=2
// Without these, glibc's allocator and V8's young generation keep what many streams at once have needed.
import { freeDescriptors, isTooManyFiles, NEEDED_TO_START, RAISE_LIMIT } from "./open-files.ts";

// Before anything else is loaded, because loading is what opens the most files.
const free = freeDescriptors(NEEDED_TO_START);
if (free < NEEDED_TO_START) {
  console.error(
    `error: This process may open only ${free} more files, and needs ${NEEDED_TO_START} to start. ${RAISE_LIMIT}`,
  );
  process.exitCode = 1;
} else {
  const program = await import("./program.ts").catch((error: unknown) => {
    if (!isTooManyFiles(error)) throw error;
    console.error(`error: Too many files are open (${(error as Error).message}). ${RAISE_LIMIT}`);
    process.exitCode = 1;
  });
  await program?.run();
}
