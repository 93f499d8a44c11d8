// A chat with what Bun has for it. Nothing is kept.
import { serve } from './bun_chat.mjs';

serve((room, name, body) => ({ type: 'message', name, room, body }));
