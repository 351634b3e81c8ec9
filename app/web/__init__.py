"""How people reach a dialogue: one module a face. A route changes, tells and answers."""
