# RabbitMQ 3.10 with its Erlang: bin/rabbitmq-server, bin/rabbitmqctl (./rabbitmq.py).
{ platform }: { env = { inherit (platform) busybox; }; }
