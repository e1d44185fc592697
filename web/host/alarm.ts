const STORED_AS = "dropcast.host.sound";
const BEEPS: readonly [hertz: number, atS: number][] = [
  [880, 0],
  [660, 0.22],
];
const BEEP_S = 0.2;
const LOUDNESS = 0.25;
const BUZZ_MS = [200, 100, 200];

/** Two tones and a buzz. The tones are off until the host switches them on, and stay as they were for the next show. */
export class Alarm {
  #context: AudioContext | null = null;
  #isOn = stored();

  get isOn(): boolean {
    return this.#isOn;
  }

  /** Sounds once when it is switched on, so that the host knows what to listen for. */
  switch(isOn: boolean): void {
    this.#isOn = isOn;
    try {
      localStorage.setItem(STORED_AS, String(isOn));
    } catch {
      // Where storage is forbidden the choice lasts as long as the page.
    }
    this.#sound();
  }

  /** A browser lets a page buzz and sound only after a press; one that was never pressed stays silent. */
  ring(): void {
    if (navigator.userActivation?.hasBeenActive !== false) {
      navigator.vibrate?.(BUZZ_MS);
      this.#sound();
    }
  }

  #sound(): void {
    if (!this.#isOn) {
      return;
    }
    this.#context ??= new AudioContext();
    const context = this.#context;
    void context.resume().then(() => {
      for (const [hertz, atS] of BEEPS) {
        beep(context, hertz, context.currentTime + atS);
      }
    });
  }
}

function beep(context: AudioContext, hertz: number, startsAt: number): void {
  const gain = new GainNode(context, { gain: LOUDNESS });
  const tone = new OscillatorNode(context, { frequency: hertz });
  gain.gain.setTargetAtTime(0, startsAt + BEEP_S / 2, BEEP_S / 6);
  tone.connect(gain).connect(context.destination);
  tone.start(startsAt);
  tone.stop(startsAt + BEEP_S);
}

function stored(): boolean {
  try {
    return localStorage.getItem(STORED_AS) === "true";
  } catch {
    return false;
  }
}
