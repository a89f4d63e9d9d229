# RabbitMQ 3.10 with its Erlang: bin/rabbitmq-server, bin/rabbitmqctl (./finish_rabbitmq.py).
{ component, busybox }:
component {
  name = "rabbitmq";
  finish = ./finish_rabbitmq.py;
  env = { inherit busybox; };
}
