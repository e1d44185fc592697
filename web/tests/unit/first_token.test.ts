import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FirstToken } from "../../element/first_token";

let token: string | null | undefined;
let isThere: boolean;
const source = vi.fn<() => Promise<string | null>>();
const failed = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  [token, isThere] = [undefined, true];
  source.mockReset();
  failed.mockReset();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function firstToken(): FirstToken {
  const ask = async () => {
    token = await source();
    return token;
  };
  return new FirstToken({ ask, isNeeded: () => token === undefined && isThere, failed });
}

describe("the first token", () => {
  test.each(["t1", null])("that is %s is asked for once", async (given) => {
    source.mockResolvedValue(given);
    await firstToken().get();
    expect([token, source.mock.calls.length, failed.mock.calls.length]).toEqual([given, 1, 0]);
  });

  test("is asked for again after a rejection and after a throw, each time later", async () => {
    source.mockRejectedValueOnce(new Error("offline")).mockImplementationOnce(() => {
      throw new Error("no such function");
    });
    source.mockResolvedValue("t1");
    const got = firstToken().get();
    await vi.advanceTimersByTimeAsync(0);
    expect([failed.mock.calls.length, source.mock.calls.length]).toEqual([1, 1]);
    await vi.advanceTimersByTimeAsync(250);
    expect([failed.mock.calls.length, source.mock.calls.length]).toEqual([2, 2]);
    await vi.advanceTimersByTimeAsync(499);
    expect(source).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(1);
    await got;
    expect(token).toBe("t1");
  });

  test("is asked for again of who does not answer, who may still do so", async () => {
    let give: (given: string) => void = () => {};
    source.mockReturnValue(
      new Promise((resolve) => {
        give = resolve;
      }),
    );
    const got = firstToken().get();
    await vi.advanceTimersByTimeAsync(9_999);
    expect(failed).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(251);
    expect([failed.mock.calls.length, source.mock.calls.length]).toEqual([1, 2]);
    give("t1");
    await got;
    expect(token).toBe("t1");
  });

  test("is asked for by nobody who has gone, and again by who comes back", async () => {
    source.mockRejectedValue(new Error("offline"));
    const first = firstToken();
    const got = first.get();
    await vi.advanceTimersByTimeAsync(0);
    isThere = false;
    await vi.advanceTimersByTimeAsync(60_000);
    await got;
    expect(source).toHaveBeenCalledTimes(1);
    isThere = true;
    source.mockResolvedValue("t1");
    await Promise.all([first.get(), first.get()]);
    expect([token, source.mock.calls.length]).toEqual(["t1", 2]);
  });
});
