import type { ReactiveControllerHost } from "lit";
import { expect, test, vi } from "vitest";
import { ComebackController, cameBack } from "../../shared/comeback";

test("whoever is on the page is told that a connection came back, and nobody else", () => {
  const host = () => ({ addController: vi.fn() }) as unknown as ReactiveControllerHost;
  const [here, gone] = [vi.fn(), vi.fn()];
  const controllers = [new ComebackController(host(), here), new ComebackController(host(), gone)];
  cameBack();
  expect(here).not.toHaveBeenCalled();

  for (const controller of controllers) {
    controller.hostConnected();
  }
  controllers[1]?.hostDisconnected();
  cameBack();
  cameBack();
  expect(here).toHaveBeenCalledTimes(2);
  expect(gone).not.toHaveBeenCalled();
});
