INSERT INTO note (text) VALUES ('one');
