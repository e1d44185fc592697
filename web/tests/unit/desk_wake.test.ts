import { expect, test, vi } from "vitest";
import { WakeLock } from "../../host/wake";

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

test("the screen is kept awake while that is wanted, with one lock at a time", async () => {
  const release = vi.fn(async () => {});
  const ask = vi.fn(async () => ({ release }));
  const lock = new WakeLock(ask);
  lock.want(true);
  lock.want(true);
  await settled();
  expect([ask.mock.calls.length, release.mock.calls.length]).toEqual([1, 0]);
  lock.want(false);
  lock.want(false);
  await settled();
  expect([ask.mock.calls.length, release.mock.calls.length]).toEqual([1, 1]);
  lock.want(true);
  expect(ask).toHaveBeenCalledTimes(2);
});

test("a lock that is given too late is given back", async () => {
  const release = vi.fn(async () => {});
  let give = (_: { release: typeof release }) => {};
  const lock = new WakeLock(() => new Promise((resolve) => (give = resolve)));
  lock.want(true);
  lock.want(false);
  give({ release });
  await settled();
  expect(release).toHaveBeenCalledOnce();
});

test("a browser that gives none is no trouble", async () => {
  const refusing = new WakeLock(() => Promise.reject(new Error("low battery")));
  refusing.want(true);
  refusing.want(false);
  new WakeLock(null).want(true);
  await settled();
});
