import type { Window } from "./browser";

/** What time it is in the picture that a viewer sees, in Unix milliseconds; `null` where none plays. */
export function pictureTime({ page }: Window): Promise<number | null> {
  return page.locator("viewer-stage").evaluate((stage) => {
    const { picture } = stage as unknown as { picture: { read(now: number): number | null } };
    return picture.read(performance.now());
  });
}
