import { type TemplateResult, html, nothing } from 'lit';
import { PagePart } from './page-part.js';
import { type Said, told } from './said.js';
import { type WentWrong, wentWrong } from './trouble.words.js';

/** Something that is about to be done, and what it will do. */
export interface Question {
  readonly title: string;
  /** What will happen, in sentences. */
  readonly says: readonly Said[];
  /** What the button says. */
  readonly button: string;
  /** Takes something away. */
  readonly takes?: boolean;
  /** Asked for in the dialog where it is needed: 1 to 200 characters. */
  readonly reason?: string;
  /** Why another try is safe; ends the sentence "Try again: …". */
  readonly twice: string;
  /** Does it. What it rejects with is said, and the dialog stays. */
  readonly run: (reason: string) => Promise<unknown>;
}

/** `<sure-dialog>`: says what a command will do and does it once, however often the button is pressed. */
export class SureDialog extends PagePart {
  static override properties = { question: { state: true }, busy: { state: true }, wrong: { state: true } };
  declare private question: Question | null;
  declare private busy: boolean;
  declare private wrong: WentWrong | null;
  private answered: (done: boolean) => void = () => undefined;

  constructor() {
    super();
    this.question = null;
    this.busy = false;
    this.wrong = null;
  }

  /** True once it was done; false where it was left. */
  async ask(question: Question): Promise<boolean> {
    this.question = question;
    this.wrong = null;
    this.busy = false;
    await this.updateComplete;
    this.querySelector('dialog')?.showModal();
    return new Promise((resolve) => {
      this.answered = resolve;
    });
  }

  protected override render(): TemplateResult {
    const { question } = this;
    return html`<dialog class="sure" aria-labelledby="sure-title" @close=${this.closed} @cancel=${this.keepWhileBusy}>
      ${question === null ? nothing : this.form(question)}
    </dialog>`;
  }

  private form({ title, says, button, takes, reason }: Question): TemplateResult {
    return html`<form @submit=${this.submit}>
      <h2 id="sure-title">${title}</h2>
      ${says.map((said) => html`<p>${told(said)}</p>`)}
      ${
        reason === undefined
          ? nothing
          : html`<label class="field">${reason}<input name="reason" maxlength="200" required autocomplete="off" autofocus /></label>`
      }
      <p class="wrong" role="alert">${this.wrong?.text ?? nothing}</p>
      <div class="buttons">
        <button type="button" class="quiet" @click=${this.leave} ?disabled=${this.busy}>Go back</button>
        <button class=${takes ? 'main takes' : 'main'} aria-disabled=${this.busy ? 'true' : 'false'}>
          ${this.busy ? 'Working' : this.wrong?.again ? 'Try again' : button}
        </button>
      </div>
    </form>`;
  }

  private readonly submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const { question, busy } = this;
    if (question === null || busy) return;
    const reason = new FormData(event.target as HTMLFormElement).get('reason');
    this.busy = true;
    this.wrong = null;
    try {
      await question.run(typeof reason === 'string' ? reason.trim() : '');
      this.finish(true);
    } catch (error) {
      this.wrong = wentWrong(error, question.twice);
    } finally {
      this.busy = false;
    }
  };

  private readonly leave = (): void => this.querySelector('dialog')?.close();
  private readonly keepWhileBusy = (event: Event): void => void (this.busy && event.preventDefault());
  private readonly closed = (): void => this.finish(false);

  private finish(done: boolean): void {
    this.answered(done);
    this.answered = () => undefined;
    this.question = null;
    this.querySelector('dialog')?.close();
  }
}

/** The page's one dialog. */
export function sure(question: Question): Promise<boolean> {
  const dialog = document.querySelector<SureDialog>('sure-dialog');
  if (dialog === null) throw new Error('the page has no <sure-dialog>');
  return dialog.ask(question);
}
