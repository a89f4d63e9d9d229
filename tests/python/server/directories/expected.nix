[ "/serving-1.0/lib/python3.13/site-packages" "/gunicorn-27.0/lib/python3.13/site-packages" ]
