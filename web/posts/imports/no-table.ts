/** A file that can't be read as a table. Its message says why, and what to do. */
export class NoTable extends Error {}
