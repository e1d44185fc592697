import { beforeEach, describe, expect, test, vi } from "vitest";
import { playVideo } from "../../viewer/video";
import { VideoRetries } from "../../viewer/video_retries";

type Listener = (event: string, error: { fatal: boolean; type: string }) => void;

/** The player as far as it is used, and what it was told. */
const player = vi.hoisted(() => {
  class Player {
    static readonly Events = { ERROR: "error" };
    static readonly ErrorTypes = { MEDIA_ERROR: "mediaError", NETWORK_ERROR: "networkError" };
    static readonly told: string[] = [];
    static isSupported = () => true;
    static fail: Listener = () => {};

    on(_: string, listener: Listener): void {
      Player.fail = listener;
    }

    loadSource(address: string): void {
      Player.told.push(`load ${address}`);
    }

    attachMedia(): void {}

    recoverMediaError(): void {
      Player.told.push("recover");
    }

    destroy(): void {
      Player.told.push("destroy");
    }
  }
  return Player;
});
vi.mock("hls.js/light", () => ({ default: player }));

const video = { canPlayType: () => "" } as unknown as HTMLVideoElement;
const fail = (type: string, fatal = true) => player.fail("error", { fatal, type });

beforeEach(() => {
  player.told.length = 0;
});

describe("a video whose player meets an error", () => {
  test("goes on if the player itself can, or can after one recovery", async () => {
    const failed = vi.fn();
    await playVideo(video, "/show.m3u8", failed);
    fail("networkError", false);
    fail("mediaError");
    expect(player.told).toEqual(["load /show.m3u8", "recover"]);
    expect(failed).not.toHaveBeenCalled();
  });

  test("has failed when it can't be recovered twice, or the network is at fault", async () => {
    const failed = vi.fn();
    await playVideo(video, "/show.m3u8", failed);
    fail("mediaError");
    fail("mediaError");
    fail("networkError");
    expect(failed).toHaveBeenCalledTimes(2);
  });

  test("never plays in a browser that can't, which is no failure to try again", async () => {
    const failed = vi.fn();
    vi.spyOn(player, "isSupported").mockReturnValueOnce(false);
    expect(await playVideo(video, "/show.m3u8", failed)).toBeNull();
    expect(failed).not.toHaveBeenCalled();
  });
});

describe("a video that can't be played is tried again", () => {
  test("soon, then less and less often, for as long as it is wanted", () => {
    const retries = new VideoRetries();
    const waits = Array.from({ length: 7 }, () => retries.failed(0, 0.5));
    expect(waits).toEqual([1_500, 3_000, 6_000, 12_000, 22_500, 22_500, 22_500]);
  });

  test("not at one moment by all who lost it", () => {
    expect(new VideoRetries().failed(0, 0)).toBe(1_000);
    expect(new VideoRetries().failed(0, 0.99)).toBeCloseTo(1_990);
  });

  test("soon again once it has played for a while, and no sooner", () => {
    const retries = new VideoRetries();
    retries.failed(0, 0);
    retries.plays(1_000);
    expect(retries.failed(20_999, 0)).toBe(2_000);
    retries.plays(30_000);
    retries.plays(40_000);
    expect(retries.failed(50_000, 0)).toBe(1_000);
  });
});
