import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

/** Not to wait for a reader where the file is a named pipe. */
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

/** What is thought about a camera is nothing for every user of the machine. */
const MODE = 0o640;

/**
 * Opens a file to append whole lines to it. A line that was cut off, because a process was killed while it wrote, is ended
 * first, so that the next one stands alone.
 *
 * @throws {Error} as the file system does
 */
export async function openToAppend(path: string): Promise<FileHandle> {
  const file = await open(path, FLAGS, MODE);
  try {
    if (await endsWithinLine(file, path)) await file.write("\n");
    return file;
  } catch (error) {
    await file.close().catch(() => {});
    throw error;
  }
}

/**
 * Appends a line, all of it or nothing. What was written of it before the disk was full is taken back.
 *
 * @throws {Error} as the file system does
 */
export async function appendLine(file: FileHandle, line: string): Promise<void> {
  const bytes = Buffer.from(`${line}\n`);
  let written = 0;
  try {
    while (written < bytes.length) written += (await file.write(bytes, written)).bytesWritten;
  } catch (error) {
    if (written > 0) await takeBack(file, written).catch(() => {});
    throw error;
  }
}

async function takeBack(file: FileHandle, bytes: number): Promise<void> {
  const { size } = await file.stat();
  await file.truncate(size - bytes);
}

async function endsWithinLine(file: FileHandle, path: string): Promise<boolean> {
  const stat = await file.stat();
  if (!stat.isFile() || stat.size === 0) return false;
  const reading = await open(path, "r").catch(() => null);
  // One that may only be written to is taken as it is.
  if (reading === null) return false;
  try {
    const { buffer } = await reading.read(Buffer.alloc(1), 0, 1, stat.size - 1);
    return buffer[0] !== 0x0a;
  } finally {
    await reading.close();
  }
}
