// As much of Node as the tests use.

declare module "node:test" {
  export function test(name: string, body: () => void | Promise<void>): void;
}

declare module "node:assert/strict" {
  const assert: {
    deepEqual(actual: unknown, expected: unknown, message?: string): void;
    equal(actual: unknown, expected: unknown, message?: string): void;
    match(actual: string, expected: RegExp): void;
    ok(value: unknown, message?: string): void;
    rejects(work: Promise<unknown> | (() => Promise<unknown>), expected: object): Promise<void>;
    throws(work: () => unknown, expected: object): void;
  };
  export = assert;
}
