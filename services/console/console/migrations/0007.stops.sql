-- What is paused is asked for at every look at the letters, among all commands.
CREATE INDEX commands_stops ON commands (at DESC, command_id DESC) WHERE type IN ('LettersPaused', 'LettersResumed');
