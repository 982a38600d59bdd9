-- From when on the mail of a link is sent again, with a new code; null once it was handed over. Ends with the link.
ALTER TABLE accounts.link ADD COLUMN mail_after timestamptz;
