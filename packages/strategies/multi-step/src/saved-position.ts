import { type ComponentState, GramkitError } from '@gramkit/spec';
import { z } from 'zod';

const positionSchema = z.object({
  /** How far the regression has come. */
  regression: z.object({ losses: z.array(z.number()), parts: z.array(z.number()) }).optional(),
  /** What the step whose window is being closed has trained before. */
  trained: z.object({ loss: z.number(), predictions: z.number() }).optional(),
});

/** Where the closing of a window was left; nothing of it where none was. */
export type ClosingPosition = z.output<typeof positionSchema>;

/** @throws GramkitError CHECKPOINT_MISMATCH */
export function restoreClosing({ values }: ComponentState): ClosingPosition {
  const checked = positionSchema.safeParse(values['closing'] ?? {});
  if (checked.success) return checked.data;
  throw new GramkitError('CHECKPOINT_MISMATCH', `The saved state of the strategy does not fit: 'closing' is ${JSON.stringify(values['closing'])}`, {
    field: 'closing',
    fix: 'Resume with the configuration that the checkpoint was written under, or start a new run.',
    cause: checked.error,
  });
}
