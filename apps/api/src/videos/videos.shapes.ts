import { Is, absentOr, id, optional, text, token, wholeNumberText } from '#contracts/rules';

export class CreateVideoBody {
  @Is(id) accountId!: string;
  @Is(id) roomId!: string;
  @Is(id) artworkId!: string;
  @Is(optional(text(1, 200))) title?: string | null;
}

export class ListVideosQuery {
  @Is(id) accountId!: string;
  @Is(absentOr(wholeNumberText(1, 100))) limit?: string;
  @Is(absentOr(token)) cursor?: string;
  @Is(absentOr(token)) after?: string;
}

export class AfterQuery {
  @Is(absentOr(token)) after?: string;
}
