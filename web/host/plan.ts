/** How soon a drop can be made to open by itself with one press, in minutes. */
export const PLAN_MINUTES = [1, 2, 5, 10];

/**
 * The next moment at which clocks here show that time (`20:30`), after `now` in Unix milliseconds; `null` when it is
 * not a time.
 */
export function nextMoment(time: string, now: number): number | null {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(time) ?? [];
  if (hours === undefined || minutes === undefined || Number(hours) > 23 || Number(minutes) > 59) {
    return null;
  }
  const moment = new Date(now);
  moment.setHours(Number(hours), Number(minutes), 0, 0);
  if (moment.getTime() <= now) {
    moment.setDate(moment.getDate() + 1);
  }
  return moment.getTime();
}
