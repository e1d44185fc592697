import { expect, test, vi } from "vitest";
import { drawAddress, drawRelation } from "../../shared/draw_stage";

test("only a page of the same server may reach the page that a draw was opened from", () => {
  vi.stubGlobal("location", { origin: "https://shop.example" });
  expect(drawAddress("", "evening", "mug")).toBe("/draw/?show=evening&drop=mug");
  expect(drawRelation("")).toBe("opener");
  expect(drawRelation("https://shop.example")).toBe("opener");
  expect(drawRelation("https://live.example")).toBe("noopener");
});
